"""What people's browsers get from the chat: the page on which they talk, and the files of every page."""
