"""The suite that comes with Plumbline: prompts with one right number each, and how answers are graded."""
