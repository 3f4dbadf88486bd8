"""Events: their vocabulary, the files they come in, and the columnar log made of them."""
