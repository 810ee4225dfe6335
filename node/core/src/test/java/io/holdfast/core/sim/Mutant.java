package io.holdfast.core.sim;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A bug planted in a copy of the production source. The changed files are compiled over the production classes and loaded apart
 * from them with the simulator, so that production code needs no seam for it.
 */
final class Mutant {
    private static final Path SOURCES = Path.of("src/main/java/io/holdfast/core");

    private final String name;
    private final Map<Path, String> changed = new LinkedHashMap<>();
    private String words = "";

    private Mutant(String name) {
        this.name = name;
    }

    static Mutant called(String name) {
        return new Mutant(name);
    }

    /** What is said of it wherever it is found. Not for bugs that show in several ways. */
    Mutant shows(String certainWords) {
        words = certainWords;
        return this;
    }

    String words() {
        return words;
    }

    /** Replaces the one place where this text stands in the file; spaces and line breaks do not matter. */
    Mutant in(String file, String original, String planted) {
        Path path = SOURCES.resolve(file);
        try {
            String source = changed.containsKey(path) ? changed.get(path) : Files.readString(path);
            Matcher matcher = pattern(original).matcher(source);
            if (!matcher.find()) {
                throw new IllegalStateException(
                        name + ": \"" + original + "\" is not in " + file + " any more; plant the bug anew");
            }
            int start = matcher.start();
            int end = matcher.end();
            if (matcher.find()) {
                throw new IllegalStateException(name + ": \"" + original + "\" stands in " + file + " more than once");
            }
            changed.put(path, source.substring(0, start) + planted + source.substring(end));
            return this;
        } catch (IOException e) {
            throw new IllegalStateException(name + ": " + path + " cannot be read", e);
        }
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(
                Arrays.stream(text.trim().split("\\s+")).map(Pattern::quote).collect(Collectors.joining("\\s*")));
    }

    /** Runs seeds against the planted bug, as {@link SimProbe#firstFailure} does. */
    String firstFailure(Path scratch, long from, int seeds, int operations) throws IOException {
        compile(scratch);
        try (var loader = new URLClassLoader(classPath(scratch), ClassLoader.getPlatformClassLoader())) {
            return (String) loader.loadClass(SimProbe.class.getName())
                    .getMethod("firstFailure", long.class, int.class, int.class)
                    .invoke(null, from, seeds, operations);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name + ": the simulator did not run", e);
        }
    }

    private void compile(Path scratch) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var sources = new ArrayList<String>();
        for (Map.Entry<Path, String> file : changed.entrySet()) {
            Path copy = scratch.resolve("src").resolve(file.getKey().getFileName());
            Files.createDirectories(copy.getParent());
            Files.writeString(copy, file.getValue());
            sources.add(copy.toString());
        }
        var arguments = new ArrayList<>(List.of(
                "-nowarn", "-proc:none", "-d", scratch.toString(), "-cp", System.getProperty("java.class.path")));
        arguments.addAll(sources);
        var errors = new java.io.ByteArrayOutputStream();
        int status = compiler.run(null, null, errors, arguments.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException(name + " does not compile:\n" + errors);
        }
    }

    private static URL[] classPath(Path first) throws MalformedURLException {
        var urls = new ArrayList<URL>();
        urls.add(first.toUri().toURL());
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }

    @Override
    public String toString() {
        return name;
    }
}
