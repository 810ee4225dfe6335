package io.holdfast.server.cli;

import java.io.IOException;

/** Standard output cannot be written: the rest of the work would be for nobody. */
public final class OutputFailure extends IOException {
    private static final long serialVersionUID = 1L;

    OutputFailure(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whoever read a pipe has enough, as after {@code | head}: nothing is wrong with what was read. */
    boolean readerHasGone() {
        // The system says it in the language of the locale, and most languages keep the word.
        return getMessage() != null
                && getMessage().toLowerCase(java.util.Locale.ROOT).contains("pipe");
    }
}
