"""Quantity marks (dấu định lượng) on prepackaged goods (hàng đóng gói sẵn): the checks of Thông tư 21/2014/TT-BKHCN on label and lot.

The figures come in as tables (`tables`), rows with source and verification; nothing here is a constant of the law.
"""
