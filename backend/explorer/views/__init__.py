"""The public pages. Each reads through the doors named `*_public`, and changes nothing."""
