"""What goes wrong in running this: each told once, for as long as it lasts."""
