package io.holdfast.loadtest.gatling;

import io.holdfast.client.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** Collects a scan. The scan's own limit bounds what it holds. */
final class ScanCollector implements Flow.Subscriber<Entry> {
    private final List<Entry> entries = new ArrayList<>();
    private final CompletableFuture<List<Entry>> done = new CompletableFuture<>();

    private ScanCollector() {}

    static CompletableFuture<List<Entry>> collect(Flow.Publisher<Entry> scan) {
        var collector = new ScanCollector();
        scan.subscribe(collector);
        return collector.done;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Entry entry) {
        entries.add(entry);
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        done.complete(List.copyOf(entries));
    }
}
