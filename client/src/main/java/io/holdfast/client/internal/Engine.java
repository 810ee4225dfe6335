package io.holdfast.client.internal;

import io.holdfast.client.ClientFullException;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.ClientOptions.WhenFull;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Reason;
import io.holdfast.client.TimedOutException;
import io.holdfast.v1.Response;
import io.holdfast.v1.Routes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Where the callers' threads meet the client's own: operations go in through {@link Submissions}, and callers wait here.
 * It also holds the parts of the client together and ends them.
 */
public final class Engine implements NodeConnection.Listener {
    private static final long PROBE_NANOS = 200_000_000L;
    /** Every operation ends at its deadline; a caller that waits so much longer has found a bug, or the process stood still. */
    private static final long GRACE_NANOS = 30_000_000_000L;

    private final ClientOptions options;
    private final Loop loop = new Loop();
    private final Submissions submitted = new Submissions();
    private final Semaphore room;
    /** Whether this thread begins a blocking call, and so waits for room itself, as {@link WhenFull#WAIT} says. */
    private final ThreadLocal<Boolean> beginsBlockingCall = ThreadLocal.withInitial(() -> false);

    private final WriteIds ids;
    private final Router router;
    private final RetryLoop retries;
    private final Seen seen = new Seen();
    private final List<NodeConnection> toFlush = new ArrayList<>();
    private final CompletableFuture<Void> firstContact = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Set<CompletableFuture<?>> calls = ConcurrentHashMap.newKeySet();
    private boolean ticking;
    /** Set first of all by the end, because what it tells an application may lead back to it. */
    private boolean ending;

    private volatile boolean closed;

    private Engine(ClientOptions options) {
        this.options = options;
        this.room =
                new Semaphore(options.maxInFlight() + (options.whenFull() == WhenFull.WAIT ? options.maxWaiting() : 0));
        SecureRandom secure = new SecureRandom();
        this.ids = new WriteIds(secure.nextLong());
        this.router = new Router(endpoint -> new NodeConnection(endpoint, loop, ids, this));
        this.retries =
                new RetryLoop(options, ids, router, seen, new SplittableRandom(secure.nextLong()), room::release);
    }

    /** Begins to connect, in the background. */
    public static Engine start(List<Endpoint> endpoints, ClientOptions options) {
        Engine engine = new Engine(options);
        engine.loop.execute(() -> {
            endpoints.forEach(engine.router::add);
            engine.probe();
        });
        return engine;
    }

    public long clientId() {
        return ids.client();
    }

    public KeyspaceRoutes routesOf(String keyspace) {
        return router.keyspace(keyspace);
    }

    /** The greatest timestamp that this client has read or written. */
    public long seen() {
        return seen.greatest();
    }

    /** A timestamp for a snapshot, from some node's clock. */
    public CompletableFuture<Long> chooseTimestamp(KeyspaceRoutes routes, int stalenessMillis, Duration timeout) {
        return submit(new TransactionOps.Choose(routes, seen(), stalenessMillis, timeout));
    }

    /** What a scan has shown. */
    void sees(long version) {
        seen.take(version);
    }

    /** Completes after a while, on the network thread; at once if the client is closed. */
    CompletableFuture<Void> after(long nanos) {
        var elapsed = new CompletableFuture<Void>();
        boolean runs = loop.execute(() -> {
            track(elapsed);
            loop.schedule(() -> elapsed.complete(null), nanos);
        });
        if (!runs) {
            elapsed.completeExceptionally(closedError());
        }
        return elapsed;
    }

    /**
     * How many partitions a keyspace has, asked of the nodes if this client has not heard of it yet.
     *
     * @param key any key of the keyspace
     */
    CompletableFuture<Integer> partitions(KeyspaceRoutes routes, Key key, Duration timeout) {
        if (routes.partitions() > 0) {
            return CompletableFuture.completedFuture(routes.partitions());
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        // Says whether there is such a keyspace, and makes the client ask for the routes.
        return submit(Op.get(routes, key, 0, 0, timeout)).thenCompose(any -> untilKnown(routes, deadline));
    }

    private CompletableFuture<Integer> untilKnown(KeyspaceRoutes routes, long deadline) {
        if (routes.partitions() > 0) {
            return CompletableFuture.completedFuture(routes.partitions());
        }
        if (System.nanoTime() - deadline >= 0) {
            return CompletableFuture.failedFuture(new TimedOutException(
                    "No node has told in time how many partitions keyspace '" + routes.name() + "' has.",
                    Optional.empty(),
                    Optional.empty()));
        }
        loop.execute(() -> router.refresh(System.nanoTime()));
        return after(10_000_000L).thenCompose(elapsed -> untilKnown(routes, deadline));
    }

    Router router() {
        return router;
    }

    Loop loop() {
        return loop;
    }

    /** Takes the operation. If there is no room, its stage fails, unless the thread is at the beginning of a blocking call: then it waits. */
    public <T> CompletableFuture<T> submit(Op<T> op) {
        return beginsBlockingCall.get() ? submitWhenRoom(op) : submitNow(op);
    }

    private <T> CompletableFuture<T> submitNow(Op<T> op) {
        if (room.tryAcquire()) {
            push(op);
        } else {
            op.future.completeExceptionally(full());
        }
        return op.future;
    }

    /** Takes the operation; if there is no room, waits for it in the caller's thread, or fails, as the options say. */
    public <T> CompletableFuture<T> submitWhenRoom(Op<T> op) {
        if (options.whenFull() == WhenFull.FAIL || room.tryAcquire()) {
            return options.whenFull() == WhenFull.FAIL ? submitNow(op) : pushed(op);
        }
        try {
            if (room.tryAcquire(op.deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return pushed(op);
            }
            op.future.completeExceptionally(new TimedOutException(
                    "There was no room for the request within " + op.timeoutNanos / 1_000_000
                            + " ms, and it was not sent: " + options.maxInFlight() + " are in flight and "
                            + options.maxWaiting() + " wait.",
                    Optional.empty(),
                    Optional.empty()));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            op.future.completeExceptionally(new HoldfastException(
                    Reason.INTERRUPTED,
                    "The thread was interrupted while it waited for room; the request was not sent.",
                    Optional.empty(),
                    Optional.of(interrupted)));
        }
        return op.future;
    }

    private ClientFullException full() {
        return new ClientFullException("This client has " + options.maxInFlight() + " requests in flight"
                + (options.whenFull() == WhenFull.WAIT ? " and " + options.maxWaiting() + " waiting" : "")
                + ", as many as its options allow: try again when some have finished.");
    }

    private <T> CompletableFuture<T> pushed(Op<T> op) {
        push(op);
        return op.future;
    }

    private void push(Op<?> op) {
        if (submitted.push(op) && !loop.execute(this::drain)) {
            // The thread has ended: what it would have done with a late operation is done here.
            submitted.takeAll(late -> {
                late.future.completeExceptionally(closedError());
                room.release();
            });
        }
    }

    private void drain() {
        takeSubmitted(System.nanoTime());
        endOfTurn();
    }

    private void takeSubmitted(long now) {
        submitted.takeAll(op -> retries.accept(op, now));
    }

    /** Sees to it that a future which is no operation's ends with the client at the latest. On the client's thread. */
    void track(CompletableFuture<?> call) {
        if (closed) {
            call.completeExceptionally(closedError());
        } else {
            calls.add(call);
            call.whenComplete((ignored, error) -> calls.remove(call));
        }
    }

    static HoldfastException closedError() {
        return new HoldfastException(Reason.CLIENT_CLOSED, "The client is closed.");
    }

    /** Submits the operation and waits for its outcome. */
    public <T> T call(Op<T> op) {
        forbidNetworkThread();
        return await(submitWhenRoom(op), op.timeoutNanos, () -> abandon(op));
    }

    /** Sees to it that the operation ends soon: with its real outcome, if that comes first, else as interrupted. */
    void abandon(Op<?> op) {
        loop.execute(() -> {
            // What is abandoned must have been taken in, or it would be sent afterwards.
            takeSubmitted(System.nanoTime());
            if (!op.future.isDone()) {
                retries.abandon(op);
            }
            endOfTurn();
        });
    }

    /**
     * Waits for what may change something, and so must end with an outcome or with an error that holds its id, even if the
     * thread is interrupted, or the process stands still for longer than the thread waits.
     *
     * @param abandon makes the future end soon
     */
    <T> T await(CompletableFuture<T> future, long timeoutNanos, Runnable abandon) {
        forbidNetworkThread();
        try {
            return future.get(timeoutNanos + GRACE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            abandon.run();
            try {
                return endOf(future);
            } finally {
                Thread.currentThread().interrupt();
            }
        } catch (ExecutionException failed) {
            throw HoldfastException.of(failed);
        } catch (TimeoutException late) {
            abandon.run();
            return endOf(future);
        }
    }

    /**
     * The end of what is to end at once. A process that was frozen for longer than its threads would have waited goes on with all
     * their waits over, though the outcome may be there, or come as soon as the network thread has had its turn. Only if that thread
     * is dead, or blocked by the application, is there none.
     */
    private static <T> T endOf(CompletableFuture<T> future) {
        try {
            return future.copy().orTimeout(GRACE_NANOS, TimeUnit.NANOSECONDS).join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof TimeoutException) {
                throw new IllegalStateException(
                        "A call outlived its deadline. Does a callback block the client's network thread? If not, please report it",
                        failed);
            }
            throw HoldfastException.of(failed);
        }
    }

    /** Begins a blocking call: what it submits on this thread waits for room here. */
    <T> T begin(Supplier<T> call) {
        forbidNetworkThread();
        beginsBlockingCall.set(true);
        try {
            return call.get();
        } finally {
            beginsBlockingCall.remove();
        }
    }

    /**
     * Begins what ends by itself in time, and waits for it. On the network thread nothing is begun: who is told that a call was
     * refused must be able to believe it.
     */
    public <T> T join(Supplier<? extends CompletionStage<T>> call) {
        CompletableFuture<T> future = begin(call).toCompletableFuture();
        try {
            return future.get(Duration.ofMinutes(10).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HoldfastException(
                    Reason.INTERRUPTED,
                    "The thread was interrupted while it waited.",
                    Optional.empty(),
                    Optional.of(interrupted));
        } catch (ExecutionException failed) {
            throw HoldfastException.of(failed);
        } catch (TimeoutException late) {
            return endOf(future);
        }
    }

    /** A blocking call there would wait for itself. */
    public void forbidNetworkThread() {
        if (loop.inLoop()) {
            throw new IllegalStateException("A blocking method was called on the client's network thread, where stages "
                    + "complete: use the asynchronous one, or continue with thenApplyAsync and its like.");
        }
    }

    public void awaitReady(Duration wait) {
        forbidNetworkThread();
        try {
            firstContact.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            CompletableFuture<String> state = new CompletableFuture<>();
            if (!loop.execute(() -> state.complete(router.describe()))) {
                throw closedError();
            }
            throw new HoldfastException(
                    Reason.UNREACHABLE,
                    "No node answered within " + wait.toMillis() + " ms (" + state.join()
                            + "). Are the endpoints right, and is the cluster up?");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HoldfastException(Reason.INTERRUPTED, "The thread was interrupted while it waited.");
        } catch (ExecutionException failed) {
            throw HoldfastException.of(failed);
        }
    }

    @Override
    public void connected(NodeConnection node, Routes routes) {
        router.learn(node, routes);
        firstContact.complete(null);
        retries.connected(System.nanoTime());
    }

    @Override
    public void routes(NodeConnection node, Routes routes) {
        router.learn(node, routes);
    }

    @Override
    public void response(NodeConnection node, Attempt attempt, Response response) {
        retries.response(node, attempt, response);
    }

    @Override
    public void lost(NodeConnection node, List<Attempt> outstanding) {
        retries.lost(node, outstanding, System.nanoTime());
    }

    @Override
    public void needsFlush(NodeConnection node) {
        toFlush.add(node);
    }

    @Override
    public void endOfTurn() {
        long now = System.nanoTime();
        takeSubmitted(now);
        retries.admitWaiting(now);
        for (int i = 0; i < toFlush.size(); i++) {
            toFlush.get(i).flush(now);
        }
        toFlush.clear();
        if (!ticking && !retries.idle()) {
            ticking = true;
            loop.schedule(this::tick, TimerWheel.TICK_NANOS);
        }
    }

    private void tick() {
        ticking = false;
        retries.tick(System.nanoTime());
        endOfTurn();
    }

    private void probe() {
        if (closed) {
            return;
        }
        loop.schedule(this::probe, PROBE_NANOS);
        long now = System.nanoTime();
        router.nodes().forEach(node -> node.tick(now));
    }

    /** Ends every operation with an error, then the connections, then the thread. */
    public void close() {
        closed = true;
        if (loop.inLoop()) {
            end();
            loop.close();
            return;
        }
        if (loop.execute(this::end)) {
            ended.join();
        }
        loop.close();
    }

    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        try {
            firstContact.completeExceptionally(closedError());
            takeSubmitted(System.nanoTime());
            retries.close();
            List.copyOf(calls).forEach(call -> call.completeExceptionally(closedError()));
            router.nodes().forEach(NodeConnection::close);
        } finally {
            ended.complete(null);
        }
    }
}
