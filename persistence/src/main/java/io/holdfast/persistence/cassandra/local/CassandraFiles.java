package io.holdfast.persistence.cassandra.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a local Cassandra is started with: its settings, the options of its JVM, its command. */
record CassandraFiles(LocalCassandra.Options options) {
    /** For clients, for other nodes, and for those with encryption. */
    static final int PORTS = 3;

    private static final String GROUP_WINDOW = "1ms";

    static CassandraFiles write(LocalCassandra.Options options) throws IOException {
        Path directory = options.directory();
        Files.createDirectories(directory.resolve("tmp"));
        Map<String, String> values = Map.of(
                "@PORT@", String.valueOf(options.port()),
                "@STORAGE_PORT@", String.valueOf(options.port() + 1),
                "@SSL_STORAGE_PORT@", String.valueOf(options.port() + 2),
                "@AUTHENTICATOR@", options.passwords() ? "PasswordAuthenticator" : "AllowAllAuthenticator",
                "@AUTHORIZER@", options.passwords() ? "CassandraAuthorizer" : "AllowAllAuthorizer",
                "@WINDOW@", GROUP_WINDOW,
                "@DATA@", directory.toString());
        String yaml = resource("cassandra.yaml");
        for (var value : values.entrySet()) {
            yaml = yaml.replace(value.getKey(), value.getValue());
        }
        Files.writeString(directory.resolve("cassandra.yaml"), yaml + String.join("\n", options.more()) + "\n");
        Files.writeString(directory.resolve("logback.xml"), resource("logback.xml"));
        Files.writeString(directory.resolve("cassandra.options"), resource("cassandra.options"));
        return new CassandraFiles(options);
    }

    List<String> command(String cassandra) {
        Path directory = options.directory();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + directory.resolve("cassandra.options"));
        command.add("-Xms" + options.heap());
        command.add("-Xmx" + options.heap());
        command.add("-Dcassandra.config=" + directory.resolve("cassandra.yaml").toUri());
        command.add("-Dcassandra.storagedir=" + directory);
        command.add("-Dlogback.configurationFile=" + directory.resolve("logback.xml"));
        // It unpacks native libraries there and leaves them when it is killed.
        command.add("-Djava.io.tmpdir=" + directory.resolve("tmp"));
        command.addAll(List.of("-cp", cassandra + File.pathSeparator + ownCode()));
        command.add(CassandraMain.class.getName());
        return command;
    }

    /** The jar or the directory that holds {@link CassandraMain}; of it nothing else is used. */
    private static String ownCode() {
        try {
            return Path.of(CassandraMain.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String resource(String name) {
        try (InputStream in = CassandraFiles.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
