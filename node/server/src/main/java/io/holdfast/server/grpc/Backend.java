package io.holdfast.server.grpc;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.core.partition.WriteConcern;
import io.holdfast.server.catalog.KeyspaceRegistry;
import io.holdfast.server.gateway.Gateway;
import io.holdfast.server.gateway.KeyspaceTable;
import io.holdfast.server.partition.ReplicaDirectory;
import io.holdfast.v1.Status;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What stands behind the services once the node is wired. */
public final class Backend {
    private final HoldfastSettings settings;
    private final Gateway gateway;
    private final KeyspaceRegistry registry;
    private final ReplicaDirectory directory;
    private final Supplier<CompletionStage<Status>> status;
    private final Delay delay;
    private final KeyspaceTable keyspaces;
    private final Requests requests;

    /**
     * @param status the state of the cluster as this node can find it out in about half a second
     * @param delay usually the actor system's scheduler
     */
    public Backend(
            HoldfastSettings settings,
            Gateway gateway,
            KeyspaceRegistry registry,
            ReplicaDirectory directory,
            Supplier<CompletionStage<Status>> status,
            Delay delay) {
        this.settings = settings;
        this.gateway = gateway;
        this.registry = registry;
        this.directory = directory;
        this.status = status;
        this.delay = delay;
        this.keyspaces = new KeyspaceTable(registry);
        this.requests = new Requests(
                keyspaces,
                gateway.operations(),
                new TransactionRequests(keyspaces, gateway.operations(), defaultTimeoutMillis()),
                WriteConcern.valueOf(settings.transaction().writeConcern().name()),
                defaultTimeoutMillis());
    }

    HoldfastSettings settings() {
        return settings;
    }

    Gateway gateway() {
        return gateway;
    }

    KeyspaceRegistry registry() {
        return registry;
    }

    ReplicaDirectory directory() {
        return directory;
    }

    Supplier<CompletionStage<Status>> status() {
        return status;
    }

    Delay delay() {
        return delay;
    }

    KeyspaceTable keyspaces() {
        return keyspaces;
    }

    Requests requests() {
        return requests;
    }

    int defaultTimeoutMillis() {
        return (int) settings.transaction().commitTimeout().toMillis();
    }
}
