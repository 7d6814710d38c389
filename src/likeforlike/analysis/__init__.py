"""likeforlike.analysis"""
