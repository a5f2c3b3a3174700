"""What the chat window and the launcher have in common: theme, pictures, lists, small dialogs, preferences."""
