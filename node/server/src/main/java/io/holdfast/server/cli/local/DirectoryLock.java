package io.holdfast.server.cli.local;

import io.holdfast.server.cli.CommandFailure;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps two processes out of one directory; the lock goes with the process that has it. */
public final class DirectoryLock {
    private DirectoryLock() {}

    /**
     * Takes the directory for this process, and creates it if it is not there.
     *
     * @param command the command that uses such directories, for the message
     * @throws CommandFailure if another process has it, or it cannot be used
     */
    public static FileLock take(Path directory, String command) throws IOException {
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException failed) {
            throw CommandFailure.usage("The directory '" + directory + "' cannot be used for data ("
                    + LocalLayout.message(failed) + "): give another with --data.");
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException inThisProcess) {
            // The same answer as for another process.
        }
        channel.close();
        throw CommandFailure.usage("The directory '" + directory + "' is in use by another '" + command
                + "': stop that, or give another with --data.");
    }
}
