"""The commands of `dockwarden`: one file each, imported when it is named."""
