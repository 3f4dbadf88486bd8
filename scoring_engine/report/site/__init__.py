"""A result as pages: a folder of plain files that opens from a stick, without a server and without a network.

    pages     what stands on which page
    svg       the elements of pictures
    marks     pictures of marks: heat map judge × contestant, spread by judge
    flow      the picture of ranks from stage to stage

Numbers are shown here and computed nowhere here; what is worked out is where on the paper they stand.
"""
