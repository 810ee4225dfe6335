package io.holdfast.compare;

import io.holdfast.loadtest.cluster.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** The processes of a peer's three members, in a temporary directory. They end with this process. For one thread. */
final class Members implements AutoCloseable {
    static final int COUNT = 3;

    private final Path directory;
    private final IntFunction<List<String>> command;
    private final List<Process> processes = new ArrayList<>();

    private Members(Path directory, IntFunction<List<String>> command) {
        this.directory = directory;
        this.command = command;
    }

    /** @param command of each member, from 0, given the directory by {@code directories} */
    static Members start(Path directory, IntFunction<List<String>> command) throws IOException {
        var members = new Members(directory, command);
        Runtime.getRuntime().addShutdownHook(new Thread(members::close, "members-stop"));
        for (int i = 0; i < COUNT; i++) {
            members.processes.add(members.launch(i));
        }
        return members;
    }

    private Process launch(int member) throws IOException {
        return new ProcessBuilder(command.apply(member))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve(member + ".log").toFile()))
                .start();
    }

    /** With SIGKILL; returns when it is gone. */
    void kill(int member) throws InterruptedException {
        processes.get(member).destroyForcibly().waitFor();
    }

    /** With what is on its disk. */
    void startAgain(int member) throws IOException {
        processes.set(member, launch(member));
    }

    /** The end of the members' output, for a message. */
    String output() {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < COUNT; i++) {
            try {
                List<String> lines = Files.readAllLines(directory.resolve(i + ".log"));
                all.append("member ").append(i).append(":\n");
                lines.subList(Math.max(0, lines.size() - 10), lines.size())
                        .forEach(line -> all.append("  ").append(line).append('\n'));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        try {
            for (Process process : processes) {
                process.waitFor(10, TimeUnit.SECONDS);
            }
            Directories.delete(directory);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
