"""Papers (giấy tờ): what the office prints, from ready sentences to PDF. One paper a module, its layout beside it."""
