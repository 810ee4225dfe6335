package io.holdfast.server.lease;

import io.holdfast.persistence.cells.SharedCells;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

/** A site's store in memory, that can be out of reach, or do what it is asked and not say so. */
public final class MemoryCells implements SharedCells {
    private final Map<String, Cell> cells = new HashMap<>();
    private boolean down;
    private boolean mute;

    /** One node's way to it, which can be cut by itself. */
    public final class Link implements SharedCells {
        private volatile boolean cut;
        private CompletableFuture<Void> held = CompletableFuture.completedFuture(null);

        /** Changes of leases stay on their way until it is called with false. */
        public synchronized void hold(boolean now) {
            if (now) {
                held = new CompletableFuture<>();
            } else {
                held.complete(null);
            }
        }

        private synchronized CompletableFuture<Void> way(String name) {
            return name.startsWith("lease/") ? held : CompletableFuture.completedFuture(null);
        }

        public void cut(boolean now) {
            cut = now;
        }

        @Override
        public CompletionStage<Optional<Cell>> read(String name) {
            return cut ? lost() : MemoryCells.this.read(name);
        }

        @Override
        public CompletionStage<Optional<Cell>> glance(String name) {
            return read(name);
        }

        @Override
        public CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value) {
            return cut ? lost() : way(name).thenCompose(free -> MemoryCells.this.set(name, expectedVersion, value));
        }
    }

    public Link link() {
        return new Link();
    }

    public synchronized void down(boolean now) {
        down = now;
    }

    /** Changes happen, and their answers are lost. */
    public synchronized void mute(boolean now) {
        mute = now;
    }

    private static <T> CompletionStage<T> lost() {
        return CompletableFuture.failedFuture(new TimeoutException("no answer from the site's store"));
    }

    @Override
    public synchronized CompletionStage<Optional<Cell>> read(String name) {
        return down ? lost() : CompletableFuture.completedFuture(Optional.ofNullable(cells.get(name)));
    }

    @Override
    public CompletionStage<Optional<Cell>> glance(String name) {
        return read(name);
    }

    @Override
    public synchronized CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value) {
        if (down) {
            return lost();
        }
        Cell before = cells.get(name);
        boolean matches = (before == null ? 0 : before.version()) == expectedVersion;
        if (matches) {
            cells.put(name, new Cell(expectedVersion + 1, value.clone()));
        }
        return mute ? lost() : CompletableFuture.completedFuture(matches);
    }
}
