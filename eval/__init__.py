"""Is it any good? Questions with known answers, asked of a library, scored and written down."""
