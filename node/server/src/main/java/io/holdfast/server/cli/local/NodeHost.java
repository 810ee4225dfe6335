package io.holdfast.server.cli.local;

import io.holdfast.config.HoldfastSettings;
import java.util.concurrent.CompletionStage;

/** Starts a node in this process. */
@FunctionalInterface
public interface NodeHost {
    /** Begins to start; {@link Running#ready()} tells when it serves. */
    Running start(HoldfastSettings settings);

    /** A node under way. */
    interface Running {
        /** Completes when the node serves, or fails when it cannot. */
        CompletionStage<Void> ready();

        /** Completes when the node has ended. */
        CompletionStage<Void> terminated();

        /** Begins an orderly stop: leadership is handed over first. */
        void stop();
    }
}
