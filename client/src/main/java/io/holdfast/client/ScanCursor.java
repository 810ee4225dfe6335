package io.holdfast.client;

import io.holdfast.client.internal.Engine;
import io.holdfast.client.internal.ScanStream;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.ScanRequest;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The entries of a scan, in key order. For one thread at a time. {@link #hasNext} waits for the node; it throws {@link
 * HoldfastException} if the scan cannot go on, {@link TimedOutException} if the next part does not come in time.
 */
public final class ScanCursor implements Iterator<Entry>, AutoCloseable {
    private final Engine engine;
    private final ScanStream scan;
    private Iterator<KeyValue> part = Collections.emptyIterator();
    /** The part that was asked for and that nobody has got yet. */
    private Optional<CompletableFuture<List<KeyValue>>> pending = Optional.empty();

    private boolean ended;

    ScanCursor(Engine engine, ScanRequest request, Duration wait) {
        this.engine = engine;
        this.scan = new ScanStream(engine, request, wait);
    }

    @Override
    public boolean hasNext() {
        while (!ended && !part.hasNext()) {
            // An empty part is the end: the stream never hands out one otherwise.
            List<KeyValue> next = nextPart();
            ended = next.isEmpty();
            part = next.iterator();
        }
        return part.hasNext();
    }

    /** A wait that was interrupted leaves its part on the way: it is the one that whoever reads on gets. */
    private List<KeyValue> nextPart() {
        List<KeyValue> next = engine.join(() -> {
            pending = pending.filter(it -> !it.isCompletedExceptionally()).or(() -> Optional.of(scan.next()));
            return pending.get();
        });
        pending = Optional.empty();
        return next;
    }

    @Override
    public Entry next() {
        if (!hasNext()) {
            throw new NoSuchElementException("The scan has no more entries");
        }
        return ScanStream.entry(part.next());
    }

    /** The remaining entries as a stream; closing the stream closes the cursor. */
    public Stream<Entry> stream() {
        int traits = Spliterator.ORDERED | Spliterator.DISTINCT | Spliterator.NONNULL;
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, traits), false)
                .onClose(this::close);
    }

    /** Ends the scan at the node. May be called more than once. */
    @Override
    public void close() {
        ended = true;
        part = Collections.emptyIterator();
        scan.cancel();
    }
}
