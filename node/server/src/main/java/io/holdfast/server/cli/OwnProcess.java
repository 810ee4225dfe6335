package io.holdfast.server.cli;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.config.PersistenceSettings;
import io.holdfast.server.HoldfastNode;
import io.holdfast.server.cli.cassandra.CassandraStart;
import io.holdfast.server.cli.local.NodeHost;
import java.io.IOException;
import java.util.concurrent.CompletionStage;

/** A node that has this process to itself. */
final class OwnProcess implements NodeHost.Running {
    private final HoldfastNode node;

    private OwnProcess(HoldfastNode node) {
        this.node = node;
    }

    static NodeHost.Running start(HoldfastSettings settings) {
        if (settings.persistence().journal() == PersistenceSettings.Journal.CASSANDRA) {
            CassandraStart.await(settings);
        }
        try {
            return new OwnProcess(HoldfastNode.start(settings, PekkoConfig.Hosting.OWN_PROCESS));
        } catch (IOException taken) {
            throw CommandFailure.usage(taken.getMessage());
        }
    }

    @Override
    public CompletionStage<Void> ready() {
        return node.ready();
    }

    @Override
    public CompletionStage<Void> terminated() {
        return node.terminated();
    }

    @Override
    public void stop() {
        node.stop();
    }
}
