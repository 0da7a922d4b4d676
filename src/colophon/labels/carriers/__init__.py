"""Carriers: one container family a file. See ``packet.py`` for the contract.

``carrier_for(head, name)`` picks one; modules load only when their family is met.
"""
