package io.holdfast.persistence.cells;

import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Small named values that all nodes of one site share, each changed only by comparing its version and setting it. Reads and changes of
 * one cell are linearizable; cells have nothing to do with each other. Thread-safe, never blocks.
 *
 * <p>A failed stage means that the outcome is not known: the change may have happened, or may happen yet. Who retries with the same
 * expected version changes the cell once at most, because the version grows with each change.
 */
public interface SharedCells {
    /** The newest value; empty when the cell was never set. */
    CompletionStage<Optional<Cell>> read(String name);

    /** A value that the cell has had, as a rule the newest; cheaper than {@link #read}, and in nobody's way who sets it at the same time. */
    CompletionStage<Optional<Cell>> glance(String name);

    /**
     * Sets the cell if its version is the expected one; the new version is one higher.
     *
     * @param expectedVersion 0: only if the cell was never set
     * @param value up to 64 KiB; must not be changed afterwards
     * @return whether it was set by this call
     */
    CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value);

    /** @param version 1 at the first setting */
    record Cell(long version, byte[] value) {}
}
