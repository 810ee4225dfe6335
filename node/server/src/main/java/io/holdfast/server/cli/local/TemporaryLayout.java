package io.holdfast.server.cli.local;

import io.holdfast.server.cli.CommandFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Where a command puts sites that it needs for a while. */
public final class TemporaryLayout {
    private static final int FIRST_OTHER_PORT = 17400;
    private static final int LAST_OTHER_PORT = 31400;

    private TemporaryLayout() {}

    /**
     * Sites on the usual ports if they are free, else on others.
     *
     * @param story told if they are not the usual ones
     */
    public static LocalLayout find(int sites, Path data, Consumer<String> story) {
        LocalLayout usual = new LocalLayout(sites, LocalLayout.DEFAULT_PORT, data);
        if (usual.takenPort().isEmpty()) {
            return usual;
        }
        for (int port = FIRST_OTHER_PORT; port < LAST_OTHER_PORT; port += 100) {
            LocalLayout other = new LocalLayout(sites, port, data);
            if (other.takenPort().isEmpty()) {
                story.accept("Port " + usual.takenPort().orElse(usual.basePort())
                        + " is in use, perhaps by 'holdfast up': the ports from " + port + " are taken instead.");
                return other;
            }
        }
        throw CommandFailure.failed("There are no free ports for " + sites + " sites.");
    }

    /** The same with hosts of their own: there all ports are free. */
    public static LocalLayout on(SiteHosts hosts, int sites, Path data) {
        return new LocalLayout(sites, LocalLayout.DEFAULT_PORT, data, hosts);
    }

    /** Removes all that the sites have left. */
    public static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("The data in " + directory + " cannot be removed", failed);
        }
    }
}
