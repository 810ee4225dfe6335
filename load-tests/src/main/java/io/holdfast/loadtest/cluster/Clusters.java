package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which cluster a run wants.
 *
 * @param endpoints of a given one; empty: start one
 * @param up the output of a running {@code holdfast up}, instead of endpoints
 * @param port the first port of one to start; 0: any that are free
 * @param home where {@code bin/holdfast} is, for one to start
 * @param netns start one whose sites have networks of their own
 * @param keep the data of one that was started
 */
public record Clusters(
        Optional<String> endpoints,
        Optional<Path> up,
        Optional<String> lose,
        Optional<String> bringBack,
        Optional<String> restart,
        int port,
        Path home,
        boolean netns,
        boolean keep) {
    /** Connects to it or starts it; it may then need a while to serve. */
    public Cluster open() throws IOException, InterruptedException {
        if (endpoints.isPresent()) {
            return new GivenCluster(endpoints.get(), lose, bringBack, restart);
        }
        if (up.isPresent()) {
            return UpCluster.of(up.get());
        }
        return netns ? NetnsCluster.start(home, keep) : UpCluster.start(home, port, keep);
    }
}
