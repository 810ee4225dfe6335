package io.holdfast.client;

/** What became of a write whose answer never came. */
public sealed interface Outcome {
    /** It was carried out; this is the result that it had. */
    record Finished(WriteResult result) implements Outcome {}

    /** It has not been applied, and it never will be: it is safe to write again. */
    record NotApplied() implements Outcome {}

    /** It is too long ago: nobody can say. Read the key. */
    record Forgotten() implements Outcome {}
}
