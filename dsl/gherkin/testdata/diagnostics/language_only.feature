# language: fr
# nothing more
