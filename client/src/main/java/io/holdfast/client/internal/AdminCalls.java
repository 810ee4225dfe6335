package io.holdfast.client.internal;

import io.grpc.stub.StreamObserver;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.Reason;
import io.holdfast.client.TimedOutException;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.AdminGrpc.AdminStub;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.Keyspace;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.ListKeyspacesResponse;
import io.holdfast.v1.Routes;
import io.holdfast.v1.Status;
import io.holdfast.v1.TransferLeaderRequest;
import io.holdfast.v1.TransferLeaderResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** The unary calls of the Admin service, retried at other nodes until their deadline. */
public final class AdminCalls {
    private static final long ATTEMPT_NANOS = 5_000_000_000L;
    private static final long BACKOFF_NANOS = 50_000_000L;

    private final Engine engine;
    private final long deadlineNanos;

    public AdminCalls(Engine engine, Duration deadline) {
        this.engine = engine;
        this.deadlineNanos = deadline.toNanos();
    }

    public CompletionStage<ListKeyspacesResponse> listKeyspaces(ListKeyspacesRequest request) {
        return run("listKeyspaces", Optional.empty(), (stub, answer) -> stub.listKeyspaces(request, answer));
    }

    public CompletionStage<Status> status(GetStatusRequest request, Optional<String> site) {
        return run("status", site, (stub, answer) -> stub.getStatus(request, answer));
    }

    public CompletionStage<Routes> routes(GetRoutesRequest request) {
        return run("routes", Optional.empty(), (stub, answer) -> stub.getRoutes(request, answer));
    }

    /** Without a named site it is not repeated unless nothing came of it: each time the leader would move on, to yet another site. */
    public CompletionStage<TransferLeaderResponse> transferLeader(TransferLeaderRequest request) {
        Call<TransferLeaderResponse> call =
                new Call<>("transferLeader", Optional.empty(), (stub, answer) -> stub.transferLeader(request, answer));
        call.changes = true;
        call.repeatable = !request.getToSite().isEmpty();
        return call.begin();
    }

    public CompletionStage<Keyspace> createKeyspace(CreateKeyspaceRequest request) {
        Call<Keyspace> call =
                new Call<>("createKeyspace", Optional.empty(), (stub, answer) -> stub.createKeyspace(request, answer));
        call.changes = true;
        return call.begin()
                .handle((created, error) -> {
                    boolean perhapsMine = error != null
                            && call.unsure
                            && HoldfastException.of(error).reason() == Reason.KEYSPACE_EXISTS;
                    if (perhapsMine) {
                        return mine(request, HoldfastException.of(error), call.deadline);
                    }
                    return error == null
                            ? CompletableFuture.completedFuture(created)
                            : CompletableFuture.<Keyspace>failedFuture(error);
                })
                .thenCompose(stage -> stage)
                .thenApply(created -> {
                    // So that the first write goes to the right place, and a node that has not heard is not believed.
                    engine.loop()
                            .onLoop(() -> engine.routesOf(created.getName()).partitions(created.getPartitions()));
                    return created;
                });
    }

    /** The keyspace that an attempt of this very call has created, as far as can be told: one that is as it was wanted. */
    private CompletableFuture<Keyspace> mine(CreateKeyspaceRequest wanted, HoldfastException exists, long deadline) {
        return new Call<ListKeyspacesResponse>(
                        "listKeyspaces, to see who made keyspace '" + wanted.getName() + "'",
                        Optional.empty(),
                        (stub, answer) -> stub.listKeyspaces(ListKeyspacesRequest.getDefaultInstance(), answer),
                        deadline)
                .begin()
                .exceptionally(failure -> {
                    HoldfastException why = HoldfastException.of(failure);
                    throw HoldfastException.perhapsDone(
                            why.reason(),
                            "createKeyspace: it may have been done, list the keyspaces. " + why.getMessage(),
                            Optional.of(why));
                })
                .thenCompose(all -> {
                    Optional<Keyspace> found = all.getKeyspacesList().stream()
                            .filter(it -> it.getName().equals(wanted.getName()))
                            .findFirst();
                    if (found.isPresent() && matches(found.get(), wanted)) {
                        return CompletableFuture.completedFuture(found.get());
                    }
                    // A node that does not list it has not heard of it yet.
                    return found.isPresent() || System.nanoTime() - deadline >= 0
                            ? CompletableFuture.<Keyspace>failedFuture(exists)
                            : later(() -> mine(wanted, exists, deadline));
                })
                .toCompletableFuture();
    }

    private CompletableFuture<Keyspace> later(Supplier<CompletableFuture<Keyspace>> call) {
        var result = new CompletableFuture<Keyspace>();
        engine.track(result);
        engine.loop()
                .schedule(
                        () -> call.get().whenComplete((found, error) -> {
                            if (error == null) {
                                result.complete(found);
                            } else {
                                result.completeExceptionally(error);
                            }
                        }),
                        BACKOFF_NANOS);
        return result;
    }

    private static boolean matches(Keyspace found, CreateKeyspaceRequest wanted) {
        return (wanted.getPartitions() == 0 || wanted.getPartitions() == found.getPartitions())
                && (!wanted.hasTolerates() || wanted.getTolerates() == found.getTolerates())
                && (wanted.getHistoryMillis() == 0 || wanted.getHistoryMillis() == found.getHistoryMillis());
    }

    private <R> CompletionStage<R> run(
            String name, Optional<String> site, BiConsumer<AdminStub, StreamObserver<R>> body) {
        return new Call<>(name, site, body).begin();
    }

    private final class Call<R> {
        private final String name;
        private final Optional<String> site;
        private final BiConsumer<AdminStub, StreamObserver<R>> body;
        private final CompletableFuture<R> future = new CompletableFuture<>();
        private final long deadline;
        private String lastFailure = "no node could be reached";
        private boolean reached;
        private NodeConnection avoid;
        /** Whether an attempt broke off, and may have worked all the same. */
        volatile boolean unsure;
        /** Whether it leaves anything behind. */
        boolean changes;
        /** Whether it does no harm to ask again what may have been done already. */
        boolean repeatable = true;

        Call(String name, Optional<String> site, BiConsumer<AdminStub, StreamObserver<R>> body) {
            this(name, site, body, System.nanoTime() + deadlineNanos);
        }

        Call(String name, Optional<String> site, BiConsumer<AdminStub, StreamObserver<R>> body, long deadline) {
            this.name = name;
            this.site = site;
            this.body = body;
            this.deadline = deadline;
        }

        CompletableFuture<R> begin() {
            boolean begun = engine.loop().execute(() -> {
                engine.track(future);
                attempt();
            });
            if (!begun) {
                future.completeExceptionally(Engine.closedError());
            }
            return future;
        }

        private void attempt() {
            long left = deadline - System.nanoTime();
            NodeConnection node = pick();
            if (future.isDone()) {
                return; // The client was closed.
            }
            if (left <= 0) {
                String why = reached
                        ? lastFailure
                        : "no node could be reached (" + engine.router().describe() + ")";
                future.completeExceptionally(late(why));
            } else if (node == null) {
                again();
            } else {
                reached = true;
                // Another attempt would follow only one that is known to have done nothing.
                long wait = repeatable ? Math.min(left, ATTEMPT_NANOS) : left;
                AdminStub stub = AdminGrpc.newStub(node.channel()).withDeadlineAfter(wait, TimeUnit.NANOSECONDS);
                body.accept(stub, new Unary<>(engine.loop(), (answer, error) -> ended(node, answer, error)));
            }
        }

        private HoldfastException late(String why) {
            String message = name + ": no answer within " + deadlineNanos / 1_000_000 + " ms; " + why;
            return changes && unsure
                    ? HoldfastException.perhapsDone(
                            Reason.TIMED_OUT,
                            message + " It may have been done: look at the status or the list of keyspaces.",
                            Optional.empty())
                    : new TimedOutException(message, Optional.empty(), Optional.empty());
        }

        private NodeConnection pick() {
            if (site.isPresent()) {
                return engine.router().site(site.get()).best(null);
            }
            NodeConnection other = avoid == null
                    ? engine.router().nearest(null)
                    : engine.router().next(avoid);
            return other == null && avoid != null && avoid.usable() ? avoid : other;
        }

        private void ended(NodeConnection node, R answer, Throwable error) {
            if (error == null) {
                future.complete(answer);
                return;
            }
            HoldfastException failure = Errors.of(error, node);
            boolean again = failure.reason().retry() == Reason.Retry.SAME_ID || failure.reason() == Reason.TIMED_OUT;
            if (again && !repeatable && leavesOpen(failure.reason())) {
                future.completeExceptionally(notRepeated(failure));
            } else if (again) {
                unsure |= leavesOpen(failure.reason());
                avoid = node;
                lastFailure = failure.getMessage();
                again();
            } else {
                future.completeExceptionally(failure);
            }
        }

        /** A node that stops has not taken it. */
        private static boolean leavesOpen(Reason reason) {
            return reason != Reason.SHUTTING_DOWN && Failures.leavesOpen(reason);
        }

        private HoldfastException notRepeated(HoldfastException failure) {
            String message = name
                    + ": it may have been done, and is not repeated: look at the status, and try again if it was not. "
                    + failure.getMessage();
            return HoldfastException.perhapsDone(failure.reason(), message, Optional.of(failure));
        }

        private void again() {
            long left = Math.max(1, deadline - System.nanoTime());
            engine.loop().schedule(this::attempt, Math.min(left, BACKOFF_NANOS));
        }
    }
}
