package io.holdfast.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of DESIGN 7: who may know whom. */
@AnalyzeClasses(packages = "io.holdfast.server", importOptions = ImportOption.DoNotIncludeTests.class)
class ServerArchitectureTest {

    @ArchTest
    static final ArchRule messagesOfTheProtocolAreForReplicasAndSerializersOnly = noClasses()
            .that()
            .resideOutsideOfPackages("..server.partition..", "..server.serial..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("io\\.holdfast\\.core\\.raft\\.(PeerMessage|LogWrite|HardState|Entry|Input|RaftNode).*");

    @ArchTest
    static final ArchRule grpcClassesSpeakToTheGatewayAndNotToReplicas = noClasses()
            .that()
            .resideInAPackage("..server.grpc..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "io\\.holdfast\\.server\\.partition\\.(PartitionReplica|PartitionJournal|ReplicaMessage).*");

    @ArchTest
    static final ArchRule theCommandLineUsesTheSdkLikeAnybodyElse = noClasses()
            .that()
            .resideInAPackage("..server.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.holdfast.core..",
                    "io.holdfast.server.gateway..",
                    "io.holdfast.server.grpc..",
                    "io.holdfast.server.partition..",
                    "io.holdfast.server.serial..");

    @ArchTest
    static final ArchRule bytesAreMadeByTheSerializersOnly = noClasses()
            .that()
            .resideOutsideOfPackages("..server.serial..", "..server.catalog..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.esotericsoftware.kryo..");
}
