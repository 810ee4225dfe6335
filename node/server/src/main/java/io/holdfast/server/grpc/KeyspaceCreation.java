package io.holdfast.server.grpc;

import io.holdfast.client.Limits;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.server.catalog.KeyspaceCodec;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.gateway.Operation;
import io.holdfast.server.gateway.Result;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.Reason;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Makes a keyspace: checks the request, writes the definition into the catalog, and waits until the partitions are led. */
final class KeyspaceCreation {
    private static final long MAX_HISTORY_MILLIS = Duration.ofHours(24).toMillis();

    private final Backend backend;
    private final long deadlineNanos;

    KeyspaceCreation(Backend backend, long deadlineNanos) {
        this.backend = backend;
        this.deadlineNanos = deadlineNanos;
    }

    /** @throws Problem if the request is wrong; later problems are failures of the future */
    CompletableFuture<KeyspaceDefinition> create(CreateKeyspaceRequest request) {
        KeyspaceDefinition definition = define(request);
        if (backend.registry().find(definition.name()).isPresent()) {
            throw exists(definition.name());
        }
        return write(definition).thenCompose(written -> {
            if (written.kind() == Outcome.Kind.CONDITION_FAILED) {
                return CompletableFuture.failedFuture(exists(definition.name()));
            }
            if (written.kind() != Outcome.Kind.APPLIED) {
                return CompletableFuture.failedFuture(timedOut(definition, "was not accepted in time"));
            }
            return backend.delay()
                    .until(() -> isLed(definition), deadlineNanos)
                    .thenCompose(led -> led
                            ? CompletableFuture.completedFuture(definition)
                            : CompletableFuture.failedFuture(
                                    timedOut(definition, "is created, but not every partition has a leader yet")));
        });
    }

    private KeyspaceDefinition define(CreateKeyspaceRequest request) {
        HoldfastSettings settings = backend.settings();
        String name = Checks.keyspaceName(request.getName());
        int partitions = request.getPartitions() == 0 ? settings.database().partitions() : request.getPartitions();
        if (partitions < 1 || partitions > Limits.MAX_PARTITIONS) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    Integer.toUnsignedString(partitions) + " partitions are not allowed: give 1 to "
                            + Limits.MAX_PARTITIONS + ", or 0 for the server's default.");
        }
        long history =
                request.getHistoryMillis() == 0 ? settings.database().history().toMillis() : request.getHistoryMillis();
        if (history < 1 || history > MAX_HISTORY_MILLIS) {
            throw new Problem(
                    Reason.INVALID_REQUEST,
                    "A history of " + Long.toUnsignedString(history) + " ms is not allowed: give 1 to "
                            + MAX_HISTORY_MILLIS + " (24 h), or 0 for the server's default.");
        }
        int tolerates = request.hasTolerates()
                ? request.getTolerates()
                : settings.tolerance().sites();
        List<SiteId> sites = sites(tolerates, settings.siteNames());
        long retention = settings.transaction().outcomeRetention().toMillis();
        return new KeyspaceDefinition(name, partitions, tolerates, history, retention, sites, genesis(sites));
    }

    private static List<SiteId> sites(int tolerates, List<String> all) {
        if (tolerates < 0 || 2L * tolerates + 1 > all.size()) {
            throw new Problem(
                    Reason.TOLERANCE_NOT_POSSIBLE,
                    "To lose " + Integer.toUnsignedString(tolerates)
                            + " sites without losing data takes twice as many and one, and this cluster has "
                            + all.size() + ": ask for at most " + (all.size() - 1) / 2 + ", or add sites.");
        }
        return all.stream().limit(2L * tolerates + 1).map(SiteId::new).toList();
    }

    /** The storages of the sites as the catalog has admitted them: what it knows is agreed upon by all sites. */
    private Membership genesis(List<SiteId> sites) {
        Membership catalog = backend.directory()
                .membershipOf(KeyspaceDefinition.CATALOG_PARTITION)
                .or(backend.directory()::catalogHeard)
                .orElseThrow(Problem::notReady);
        var identities = new TreeMap<SiteId, Long>();
        for (SiteId site : sites) {
            Long identity = catalog.identities().get(site);
            if (identity == null) {
                throw new Problem(
                        Reason.NOT_READY,
                        "Site " + site + " has not been admitted to the cluster yet: start it, then retry.");
            }
            identities.put(site, identity);
        }
        return Membership.of(identities);
    }

    private CompletableFuture<Outcome> write(KeyspaceDefinition definition) {
        var put = new Command.Put(
                Bytes.utf8(definition.name()), KeyspaceCodec.encode(definition), new Condition.Absent());
        int timeout = (int) Math.max(1, (deadlineNanos - System.nanoTime()) / 1_000_000);
        Operation write = backend.gateway()
                .operations()
                .write(0, KeyspaceDefinition.CATALOG_PARTITION, put, WriteConcern.MAJORITY, timeout);
        var outcome = new CompletableFuture<Outcome>();
        backend.gateway().submit(List.of(write), (leader, answers) -> {
            Result result = answers.get(0).result();
            if (result instanceof Result.Written written) {
                outcome.complete(written.outcome());
            } else {
                outcome.completeExceptionally(Problem.of((Result.Failed) result));
            }
        });
        return outcome;
    }

    private boolean isLed(KeyspaceDefinition definition) {
        if (backend.registry().find(definition.name()).isEmpty()) {
            return false;
        }
        // A site without replicas of the keyspace learns of leaders only by asking.
        boolean here =
                definition.sites().contains(new SiteId(backend.settings().site().name()));
        return !here
                || definition.partitionIds().stream()
                        .allMatch(partition ->
                                backend.directory().leaderOf(partition).isPresent());
    }

    private static Problem exists(String name) {
        return new Problem(
                Reason.KEYSPACE_EXISTS, "There is a keyspace '" + name + "' already: use it, or choose another name.");
    }

    private static Problem timedOut(KeyspaceDefinition definition, String state) {
        return new Problem(
                Reason.TIMED_OUT,
                "Keyspace '" + definition.name() + "' " + state
                        + ": see its status, and create it again if it is not there.");
    }
}
