package io.holdfast.server.cli.local;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Starts a site's node as a process of its own, with the class path of this one. */
final class SiteProcess {
    private static final String DEFAULT_HEAP = "800m";
    /** With fewer processors a node, the optimizing compiler would take them from the work for minutes; as in the launcher. */
    private static final int PROCESSORS_FOR_OPTIMIZER = 5;

    private SiteProcess() {}

    /**
     * Its output goes to the end of the site's log. Its standard input is a pipe from this process, so that it ends when
     * this process does, even by kill -9.
     */
    static Process start(LocalLayout layout, String site, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(layout, site, environment));
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(layout.log(site).toFile()));
        return builder.start();
    }

    static List<String> command(LocalLayout layout, String site, Map<String, String> environment) {
        List<String> command = new ArrayList<>(layout.hosts().launcher(site));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Without the launcher, as in a test, the JVM's own defaults have to do.
        Optional.ofNullable(System.getProperty("holdfast.home"))
                .map(home -> Path.of(home, "bin", "node.options").toString())
                .filter(options -> new File(options).exists())
                .ifPresent(options -> command.add("@" + options));
        // The launcher's archive of loaded classes, if it made one of this very build.
        Optional.ofNullable(System.getProperty("holdfast.archive"))
                .ifPresent(archive -> command.add("-XX:SharedArchiveFile=" + archive));
        if (Runtime.getRuntime().availableProcessors() / layout.names().size() < PROCESSORS_FOR_OPTIMIZER) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        String heap = environment.getOrDefault("HOLDFAST_HEAP", "");
        command.add("-Xmx" + (heap.isBlank() ? DEFAULT_HEAP : heap));
        Arrays.stream(environment.getOrDefault("HOLDFAST_JAVA_OPTIONS", "").split("\\s+"))
                .filter(option -> !option.isEmpty())
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of("io.holdfast.server.cli.Main", "node", "--end-with-input"));
        command.addAll(List.of("--config", layout.config(site).toString()));
        return command;
    }
}
