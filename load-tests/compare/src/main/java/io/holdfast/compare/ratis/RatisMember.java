package io.holdfast.compare.ratis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage;

/** The program of one member; ends when its standard input does. */
public final class RatisMember {
    private RatisMember() {}

    /** @param args directory, first port of the group, number of members, this member's number */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        int basePort = Integer.parseInt(args[1]);
        int member = Integer.parseInt(args[3]);
        boolean isNew = !Files.exists(directory);
        RaftServer server = RaftServer.newBuilder()
                .setServerId(Group.peer(member))
                .setGroup(Group.of(basePort, Integer.parseInt(args[2])))
                .setProperties(Group.serverProperties(directory, basePort + member))
                .setStateMachine(new MapMachine())
                .setOption(isNew ? RaftStorage.StartupOption.FORMAT : RaftStorage.StartupOption.RECOVER)
                .build();
        server.start();
        endWithInput();
        new CountDownLatch(1).await();
    }

    private static void endWithInput() {
        Thread watch = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            continue;
                        }
                    } catch (IOException broken) {
                        // As good as an end.
                    }
                    Runtime.getRuntime().halt(0);
                },
                "end-with-input");
        watch.setDaemon(true);
        watch.start();
    }
}
