package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What {@code holdfast up} has printed: the process of each site, and where the sites are.
 *
 * @param processes ids of the newest process of each site
 * @param endpoints {@code host:port} of each site, separated by commas; empty before all sites serve
 */
record UpLog(Map<String, Long> processes, Optional<String> endpoints) {
    private static final Pattern FIRST = Pattern.compile("site (\\S+): process (\\d+), log .*");
    private static final Pattern AGAIN = Pattern.compile("site (\\S+) ended .* as process (\\d+), log .*");
    private static final Pattern READY = Pattern.compile("ready: (.*)");

    static UpLog read(Path file) throws IOException {
        return parse(Files.readAllLines(file));
    }

    static UpLog parse(List<String> lines) {
        Map<String, Long> processes = new HashMap<>();
        Optional<String> endpoints = Optional.empty();
        for (String line : lines) {
            for (Pattern started : List.of(FIRST, AGAIN)) {
                Matcher matcher = started.matcher(line);
                if (matcher.matches()) {
                    processes.put(matcher.group(1), Long.parseLong(matcher.group(2)));
                }
            }
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                endpoints = Optional.of(List.of(ready.group(1).split(" ")).stream()
                        .map(pair -> pair.substring(pair.indexOf('=') + 1))
                        .collect(Collectors.joining(",")));
            }
        }
        return new UpLog(Map.copyOf(processes), endpoints);
    }
}
