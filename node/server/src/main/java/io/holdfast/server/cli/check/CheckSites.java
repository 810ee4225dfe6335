package io.holdfast.server.cli.check;

import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.LocalLayout;
import io.holdfast.server.cli.local.SiteNetworks;
import io.holdfast.server.cli.local.TemporaryLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The sites of a check, and their networks where there can be some. {@link #close} may come from a shutdown hook. */
final class CheckSites implements AutoCloseable {
    private static final List<String> NAMES = List.of("a", "b", "c");

    private final Path data;
    private final Consumer<String> story;
    private Optional<SiteNetworks> networks = Optional.empty();
    private Optional<LocalCluster> cluster = Optional.empty();
    private boolean closed;

    CheckSites(Path data, Consumer<String> story) {
        this.data = data;
        this.story = story;
    }

    /** A whole step, so that whoever closes finds either nothing or all of it. */
    synchronized LocalCluster start(boolean cutOff, Map<String, String> environment) throws InterruptedException {
        if (closed) {
            throw new InterruptedException("The check is being stopped.");
        }
        networks = cutOff ? SiteNetworks.create(NAMES, story) : Optional.empty();
        LocalLayout layout = networks.isPresent()
                ? TemporaryLayout.on(networks.get(), NAMES.size(), data)
                : TemporaryLayout.find(NAMES.size(), data, story);
        LocalCluster started = LocalCluster.start(layout, environment, story);
        cluster = Optional.of(started);
        return started;
    }

    synchronized Optional<SiteNetworks> networks() {
        return networks;
    }

    /** A site that is stopped (SIGSTOP) would not hear that it is to end. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            cluster.ifPresent(CheckSites::goOn);
            cluster.ifPresent(LocalCluster::close);
            networks.ifPresent(SiteNetworks::close);
        }
    }

    private static void goOn(LocalCluster cluster) {
        try {
            for (String site : cluster.started()) {
                Signals.send("CONT", cluster.pid(site));
            }
        } catch (IOException failed) {
            // They are killed all the same, after a while.
            System.getLogger(CheckSites.class.getName()).log(System.Logger.Level.DEBUG, failed);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }
}
