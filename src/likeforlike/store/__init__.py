"""likeforlike.store"""
