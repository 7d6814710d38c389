"""likeforlike.domain"""
