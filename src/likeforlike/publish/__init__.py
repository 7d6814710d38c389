"""likeforlike.publish"""
