"""likeforlike.publish.web"""
