//! WHEN? Calendars, work windows, deadlines and their explanation. Pure.
