package io.holdfast.client.internal;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Reason;
import io.holdfast.client.TimedOutException;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.StoreGrpc;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * A scan as a sequence of parts, each asked for. One more part than was asked for is fetched ahead, so that the network
 * and the reader work at the same time. Because keys come in order, a call that breaks is followed by one that starts
 * after the last key received. One part may be asked for at a time.
 */
public final class ScanStream {
    private static final long BACKOFF_NANOS = 20_000_000L;

    private final Engine engine;
    private final long waitNanos;
    private ScanRequest rest;
    private ClientCall<ScanRequest, ScanResponse> call;
    private NodeConnection node;
    private NodeConnection avoid;
    private List<KeyValue> ahead;
    private CompletableFuture<List<KeyValue>> wanted;
    private long wantedUntil;
    private long asked;
    private boolean complete;
    private boolean cancelled;
    private String lastFailure = "";

    public ScanStream(Engine engine, ScanRequest request, Duration wait) {
        this.engine = engine;
        this.rest = request;
        this.waitNanos = wait.toNanos();
    }

    /** A scan for a subscriber. */
    public static void publish(
            Engine engine, ScanRequest request, Duration wait, Flow.Subscriber<? super Entry> subscriber) {
        new ScanSubscription(engine, new ScanStream(engine, request, wait), subscriber).begin();
    }

    /** An entry as the application sees it. */
    public static Entry entry(KeyValue wire) {
        return new Entry(Key.of(wire.getKey()), wire.getValue().toByteArray(), wire.getVersion());
    }

    /** The next part; empty at the end. */
    public CompletableFuture<List<KeyValue>> next() {
        CompletableFuture<List<KeyValue>> part = new CompletableFuture<>();
        if (!engine.loop().execute(() -> want(part))) {
            part.completeExceptionally(Engine.closedError());
        }
        return part;
    }

    /** Ends it, here and at the node. */
    public void cancel() {
        engine.loop().execute(() -> {
            cancelled = true;
            release("the application closed the scan");
            ahead = null;
            deliver(part -> part.complete(List.of()));
        });
    }

    private void want(CompletableFuture<List<KeyValue>> part) {
        if (wanted != null) {
            throw new IllegalStateException("A part of this scan is being waited for already");
        }
        wanted = part;
        engine.track(part);
        if (ahead != null) {
            List<KeyValue> first = ahead;
            ahead = null;
            deliver(it -> it.complete(first));
            // Last, because a part that is there already comes from within this call.
            if (call != null) {
                call.request(1);
            }
        } else if (complete || cancelled) {
            deliver(it -> it.complete(List.of()));
        } else {
            wantedUntil = System.nanoTime() + waitNanos;
            long mine = ++asked;
            engine.loop().schedule(() -> expire(mine), waitNanos);
            if (call == null) {
                start();
            } else {
                // What was on its way to be kept ahead is for the reader now.
                call.request(1);
            }
        }
    }

    private void deliver(Consumer<CompletableFuture<List<KeyValue>>> how) {
        CompletableFuture<List<KeyValue>> part = wanted;
        if (part != null) {
            wanted = null;
            asked++;
            how.accept(part);
        }
    }

    private void expire(long which) {
        if (wanted != null && which == asked) {
            release("the next part did not come in time");
            String why = lastFailure.isEmpty() ? engine.router().describe() : lastFailure;
            deliver(part -> part.completeExceptionally(new TimedOutException(
                    "Scan of keyspace '" + rest.getKeyspace() + "': the next part did not come within "
                            + waitNanos / 1_000_000 + " ms; " + why,
                    Optional.empty(),
                    Optional.empty())));
        }
    }

    private void start() {
        if (wanted == null || cancelled || call != null) {
            return;
        }
        node = avoid == null ? engine.router().nearest(null) : engine.router().next(avoid);
        node = node == null && avoid != null && avoid.usable() ? avoid : node;
        if (node == null) {
            engine.loop().schedule(this::start, BACKOFF_NANOS);
            return;
        }
        node.scanBegan();
        ClientCall<ScanRequest, ScanResponse> started =
                node.channel().newCall(StoreGrpc.getScanMethod(), CallOptions.DEFAULT);
        call = started;
        // A channel that is shut down closes the call from within its start; what follows does nothing then.
        started.start(new Listener(started), new Metadata());
        // One for the reader and one ahead.
        started.request(2);
        started.sendMessage(rest);
        started.halfClose();
    }

    private void release(String why) {
        if (call != null) {
            ClientCall<ScanRequest, ScanResponse> mine = call;
            call = null;
            node.scanEnded();
            mine.cancel(why, null);
        }
    }

    private void received(List<KeyValue> entries) {
        entries.forEach(entry -> engine.sees(entry.getVersion()));
        if (entries.isEmpty()) {
            call.request(1);
            return;
        }
        ScanRequest.Builder after =
                rest.toBuilder().setAfter(entries.get(entries.size() - 1).getKey());
        if (rest.getLimit() > 0) {
            complete = rest.getLimit() <= entries.size();
            after.setLimit(Math.max(1, rest.getLimit() - entries.size()));
        }
        rest = after.build();
        if (wanted != null) {
            deliver(part -> part.complete(entries));
        } else if (ahead == null) {
            ahead = entries;
        } else {
            throw new IllegalStateException("The node sent more parts of the scan than were asked for");
        }
    }

    private void closed(Status status, Metadata trailers) {
        NodeConnection last = node;
        call = null;
        last.scanEnded();
        if (status.isOk() || complete) {
            complete = true;
            if (ahead == null) {
                deliver(part -> part.complete(List.of()));
            }
            return;
        }
        HoldfastException failure = Errors.of(status, Optional.ofNullable(trailers), last);
        // A keyspace that another node has told of exists, and this one will hear of it.
        boolean early = failure.reason() == Reason.UNKNOWN_KEYSPACE
                && engine.routesOf(rest.getKeyspace()).known();
        if (early || failure.reason().retry() == Reason.Retry.SAME_ID || failure.reason() == Reason.TIMED_OUT) {
            avoid = last;
            lastFailure = failure.getMessage();
            engine.loop().schedule(this::start, BACKOFF_NANOS);
        } else {
            deliver(part -> part.completeExceptionally(failure));
        }
    }

    private final class Listener extends ClientCall.Listener<ScanResponse> {
        private final ClientCall<ScanRequest, ScanResponse> mine;

        Listener(ClientCall<ScanRequest, ScanResponse> mine) {
            this.mine = mine;
        }

        @Override
        public void onMessage(ScanResponse response) {
            engine.loop().onLoop(() -> {
                if (call == mine) {
                    node.health().heard(System.nanoTime());
                    received(response.getEntriesList());
                }
            });
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            engine.loop().onLoop(() -> {
                if (call == mine) {
                    closed(status, trailers);
                }
            });
        }
    }
}
