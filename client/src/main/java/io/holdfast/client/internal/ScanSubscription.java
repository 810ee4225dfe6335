package io.holdfast.client.internal;

import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Reason;
import io.holdfast.v1.KeyValue;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A scan as a Flow.Subscription. Its state belongs to the client's thread, on which the subscriber is called. */
final class ScanSubscription implements Flow.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(ScanSubscription.class);

    private final Engine engine;
    private final ScanStream scan;
    private final Flow.Subscriber<? super Entry> subscriber;
    private Iterator<KeyValue> part = Collections.emptyIterator();
    private long demand;
    private boolean fetching;
    private boolean emitting;
    private boolean ended;

    ScanSubscription(Engine engine, ScanStream scan, Flow.Subscriber<? super Entry> subscriber) {
        this.engine = engine;
        this.scan = scan;
        this.subscriber = subscriber;
    }

    void begin() {
        if (!engine.loop().execute(() -> subscriber.onSubscribe(this))) {
            subscriber.onSubscribe(this);
            subscriber.onError(Engine.closedError());
        }
    }

    @Override
    public void request(long entries) {
        engine.loop().onLoop(() -> {
            if (ended) {
                return;
            }
            if (entries <= 0) {
                fail(new InvalidRequestException(
                        Reason.INVALID_LIMIT, "A subscriber asked for " + entries + " entries: ask for 1 or more."));
                return;
            }
            demand = demand + entries < 0 ? Long.MAX_VALUE : demand + entries;
            emit();
        });
    }

    @Override
    public void cancel() {
        engine.loop().onLoop(this::stop);
    }

    private void stop() {
        ended = true;
        part = Collections.emptyIterator();
        scan.cancel();
    }

    private void emit() {
        if (emitting) {
            return; // The subscriber asked for more from within onNext; the loop below goes on.
        }
        emitting = true;
        try {
            while (!ended && demand > 0 && part.hasNext()) {
                demand--;
                hand(ScanStream.entry(part.next()));
            }
        } finally {
            emitting = false;
        }
        if (!ended && !fetching && demand > 0) {
            fetching = true;
            scan.next().whenComplete((next, error) -> engine.loop().onLoop(() -> fetched(next, error)));
        }
    }

    /** Whoever throws has cancelled (Reactive Streams, rule 2.13): nothing more is sent, and nothing is kept open at the node for it. */
    private void hand(Entry entry) {
        try {
            subscriber.onNext(entry);
        } catch (RuntimeException | Error thrown) {
            LOG.error(
                    "A scan is cancelled, because its subscriber {} threw an exception from onNext",
                    subscriber,
                    thrown);
            stop();
        }
    }

    private void fetched(List<KeyValue> next, Throwable error) {
        fetching = false;
        if (ended) {
            return;
        }
        if (error != null) {
            fail(HoldfastException.of(error));
        } else if (next.isEmpty()) {
            ended = true;
            subscriber.onComplete();
        } else {
            part = next.iterator();
            emit();
        }
    }

    private void fail(RuntimeException error) {
        stop();
        subscriber.onError(error);
    }
}
