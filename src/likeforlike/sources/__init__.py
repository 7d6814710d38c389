"""likeforlike.sources"""
