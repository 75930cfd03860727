"""Node kinds: the words that authors write. One file a kind; `table.KINDS` lists them."""
