package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.SerializedObject;
import io.holdfast.persistence.SnapshotHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Programs that tests run in a JVM of their own, to kill it. */
final class ChildProcess {
    private ChildProcess() {}

    static Process start(String program, Path dir) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildProcess.class.getName(),
                        program,
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[1]);
        JournalDatabase database = TestStorage.database(dir);
        TestStorage.await(database.highestSequenceNr("any"));
        var snapshots = new SnapshotDirectory(dir.resolve("snapshots"), java.time.Clock.systemUTC());
        snapshots.open();
        System.out.println("ready");
        if (args[0].equals("write")) {
            for (int i = 0; i < 8; i++) {
                String id = "id-" + i;
                new Thread(() -> write(database, id)).start();
            }
            new Thread(() -> save(snapshots)).start();
        }
        // Ends with its parent, even one that was killed.
        while (System.in.read() >= 0) {}
        Runtime.getRuntime().halt(1);
    }

    /** Prints every number after it was confirmed, never before. */
    private static void write(JournalDatabase database, String id) {
        long n = TestStorage.await(database.highestSequenceNr(id));
        while (true) {
            TestStorage.await(database.append(id, TestStorage.events(n + 1, n + 3)));
            n += 3;
            System.out.println("event " + id + " " + n + " .");
            if (n % 99 == 0) {
                TestStorage.await(database.deleteTo(id, n - 50));
                System.out.println("deleted " + id + " " + (n - 50) + " .");
            }
        }
    }

    private static void save(SnapshotDirectory snapshots) {
        var number = new AtomicLong(System.nanoTime());
        while (true) {
            long n = number.incrementAndGet();
            var content = new SerializedObject(1, "", new byte[300_000]);
            snapshots.save(SnapshotHeader.describe(n % 3, n, "s", Optional.empty(), content), content.bytes());
            System.out.println("snapshot s " + n + " .");
        }
    }
}
