package io.holdfast.core.partition;

/**
 * The records of a journal contradict each other: some are missing, or two have written at once. Which of them were acknowledged cannot be known, so
 * none is to be dropped, and none believed. Unlike a broken rule of the protocol it is not this program's doing.
 */
public final class JournalContradiction extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public JournalContradiction(String message) {
        super(message);
    }
}
