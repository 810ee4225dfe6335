package io.holdfast.persistence;

import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts of both kinds of plugins need: an actor system over a storage, and a probe in it. */
abstract class PluginContract {
    protected ActorSystem system;
    protected PluginProbe probe;

    /** The same storage each time in one test. */
    protected abstract ActorSystem startSystem();

    /** A persistence id that no other test uses; what is alike but for its end comes to ids that are. */
    protected abstract String id(String name);

    @BeforeEach
    protected void start() {
        system = startSystem();
        probe = new PluginProbe(system);
    }

    @AfterEach
    protected void stop() {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().join();
    }
}
