package io.holdfast.server.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.stub.StreamObserver;
import io.holdfast.config.NodeAddress;
import io.holdfast.config.Site;
import io.holdfast.core.SiteId;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.partition.PartitionId;
import io.holdfast.server.status.WireKeyspaces;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.Keyspace;
import io.holdfast.v1.KeyspaceRoutes;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.ListKeyspacesResponse;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Routes;
import io.holdfast.v1.SiteEndpoints;
import io.holdfast.v1.Status;
import io.holdfast.v1.TransferLeaderRequest;
import io.holdfast.v1.TransferLeaderResponse;
import java.util.concurrent.TimeUnit;

/** Keyspaces, routes, status, and leadership. */
final class AdminService extends AdminGrpc.AdminImplBase {
    private static final long WAIT_MILLIS = 10_000;
    /** What is left of the caller's time for the answer's way back. */
    private static final long MARGIN_MILLIS = 100;

    private final NodeGate gate;

    AdminService(NodeGate gate) {
        this.gate = gate;
    }

    @Override
    public void createKeyspace(CreateKeyspaceRequest request, StreamObserver<Keyspace> out) {
        gate.call(out, backend -> new KeyspaceCreation(backend, deadlineNanos())
                .create(request)
                .thenApply(WireKeyspaces::of)
                .whenComplete(NodeGate.answer(out)));
    }

    @Override
    public void listKeyspaces(ListKeyspacesRequest request, StreamObserver<ListKeyspacesResponse> out) {
        gate.call(out, backend -> {
            var all = ListKeyspacesResponse.newBuilder();
            backend.registry().userKeyspaces().forEach(definition -> all.addKeyspaces(WireKeyspaces.of(definition)));
            out.onNext(all.build());
            out.onCompleted();
        });
    }

    @Override
    public void getRoutes(GetRoutesRequest request, StreamObserver<Routes> out) {
        gate.call(out, backend -> {
            var routes =
                    Routes.newBuilder().setLocalSite(backend.settings().site().name());
            for (Site site : backend.settings().sites()) {
                routes.addSites(SiteEndpoints.newBuilder()
                        .setSite(site.name())
                        .addAllEndpoints(
                                site.nodes().stream().map(NodeAddress::endpoint).toList()));
            }
            for (KeyspaceDefinition definition : backend.registry().userKeyspaces()) {
                var keyspace = KeyspaceRoutes.newBuilder().setKeyspace(WireKeyspaces.of(definition));
                for (PartitionId partition : definition.partitionIds()) {
                    keyspace.addLeaders(backend.gateway().leaderOf(partition));
                }
                routes.addKeyspaces(keyspace);
            }
            out.onNext(routes.build());
            out.onCompleted();
        });
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<Status> out) {
        gate.call(out, backend -> backend.status().get().whenComplete(NodeGate.answer(out)));
    }

    @Override
    public void transferLeader(TransferLeaderRequest request, StreamObserver<TransferLeaderResponse> out) {
        gate.call(out, backend -> {
            PartitionId partition = partition(request, backend);
            String from = backend.gateway().leaderOf(partition);
            String to = request.getToSite();
            if (from.isEmpty()) {
                throw new Problem(
                        Reason.NO_LEADER,
                        "Partition " + partition + " has no leader that could hand over: retry when it has one.");
            }
            if (!from.equals(to)) {
                backend.gateway().transfer(partition, to);
            }
            backend.delay()
                    .until(() -> isThere(backend.gateway().leaderOf(partition), from, to), deadlineNanos())
                    .thenApply(there -> {
                        if (!there) {
                            throw new Problem(
                                    Reason.TIMED_OUT,
                                    "Leadership of partition " + partition + " did not move from site " + from
                                            + " in time: see in the status whether the other site answers and has"
                                            + " caught up, then retry.");
                        }
                        return TransferLeaderResponse.newBuilder()
                                .setLeaderSite(backend.gateway().leaderOf(partition))
                                .build();
                    })
                    .whenComplete(NodeGate.answer(out));
        });
    }

    private static boolean isThere(String now, String from, String to) {
        return !now.isEmpty() && (to.isEmpty() ? !now.equals(from) : now.equals(to));
    }

    private static PartitionId partition(TransferLeaderRequest request, Backend backend) {
        KeyspaceTable.Entry keyspace = Checks.keyspace(request.getKeyspace(), backend.keyspaces());
        PartitionId partition = Checks.partition(request.getPartition(), keyspace);
        String to = request.getToSite();
        if (!to.isEmpty() && !keyspace.definition().sites().contains(new SiteId(to))) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "Site '" + to + "' holds no replica of keyspace '" + request.getKeyspace() + "': its sites are "
                            + keyspace.definition().sites() + ".");
        }
        if (keyspace.definition().sites().size() == 1) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "Keyspace '" + request.getKeyspace() + "' is at one site only: there is none to hand over to.");
        }
        return partition;
    }

    private static long deadlineNanos() {
        Deadline deadline = Context.current().getDeadline();
        long millis = deadline == null
                ? WAIT_MILLIS
                : Math.min(WAIT_MILLIS, deadline.timeRemaining(TimeUnit.MILLISECONDS) - MARGIN_MILLIS);
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(1, millis));
    }
}
