"""The page for senders, in every language, under its prefix."""

from django.urls import path

from backend.reports import views

urlpatterns = [path("withdraw/", views.withdraw, name="withdraw")]
