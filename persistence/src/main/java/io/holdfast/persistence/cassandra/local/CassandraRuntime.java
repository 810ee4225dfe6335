package io.holdfast.persistence.cassandra.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where Cassandra's own libraries are. They are nobody's dependency: the module {@code cassandra-runtime} has Maven fetch them once
 * and writes their class path down.
 */
final class CassandraRuntime {
    private static final String MODULE = "cassandra-runtime";
    private static final long FETCH_MINUTES = 15;

    private CassandraRuntime() {}

    /**
     * The class path of Cassandra, fetched now if it has not been before, which takes a minute and a network.
     *
     * @param story told what takes long
     * @throws LocalCassandraException if there are no sources to build from, or Maven fails
     */
    static String classPath(Consumer<String> story) throws InterruptedException {
        Path home = home().orElseThrow(() -> new LocalCassandraException(
                "Cassandra's libraries are fetched with Maven from the sources of Holdfast, and neither this directory nor any above"
                        + " it holds them: run bin/holdfast of the sources, or use a Cassandra of your own"));
        Path file = home.resolve(MODULE).resolve("target/cassandra.classpath");
        if (!isComplete(file)) {
            story.accept("fetching Cassandra with Maven; this happens once and takes a minute or two …");
            fetch(home);
        }
        return read(file);
    }

    private static Optional<Path> home() {
        Optional<Path> told =
                Optional.ofNullable(System.getProperty("holdfast.home")).map(Path::of);
        Path here = Path.of("").toAbsolutePath();
        return Stream.concat(told.stream(), Stream.iterate(here, path -> path != null, Path::getParent))
                .filter(path -> Files.exists(path.resolve(MODULE).resolve("pom.xml")))
                .findFirst();
    }

    /** Maven's repository may have been emptied since. */
    private static boolean isComplete(Path file) {
        return Files.exists(file)
                && Stream.of(read(file).split(java.io.File.pathSeparator)).allMatch(jar -> Files.exists(Path.of(jar)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).trim();
        } catch (IOException e) {
            throw new LocalCassandraException("Cassandra's class path cannot be read from " + file + ": " + e, e);
        }
    }

    private static void fetch(Path home) throws InterruptedException {
        try {
            Process maven = new ProcessBuilder("mvn", "-q", "-B", "-pl", MODULE, "generate-resources")
                    .directory(home.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            maven.getOutputStream().close();
            if (!maven.waitFor(FETCH_MINUTES, TimeUnit.MINUTES)) {
                maven.destroyForcibly();
                throw new LocalCassandraException("Maven has not fetched Cassandra within " + FETCH_MINUTES
                        + " minutes: look at the network, then again");
            }
            if (maven.exitValue() != 0) {
                throw new LocalCassandraException("Maven could not fetch Cassandra; what it says is above");
            }
        } catch (IOException e) {
            throw new LocalCassandraException(
                    "Maven cannot be run to fetch Cassandra (" + e.getMessage() + "): install Maven 3.8 or newer", e);
        }
    }
}
