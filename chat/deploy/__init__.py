"""Files with which a server is kept up like a service, printed for an operator to read and put in their place."""
