package io.holdfast.core.partition;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The walls of the pure core (DESIGN 3 and 7): what it must not even be able to do. */
class CoreArchitectureTest {
    // Plain tests: the build's test runner passes over ArchUnit's own kind of test, fields, without a word.
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.holdfast.core");

    @Test
    void dependsOnTheJdkAndPersistentCollectionsAlone() {
        ArchRule rule = classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "io.holdfast.core..",
                        "org.pcollections",
                        "java.lang",
                        "java.lang.invoke",
                        "java.lang.runtime",
                        "java.io",
                        "java.nio",
                        "java.nio.charset",
                        "java.util",
                        "java.util.concurrent.atomic",
                        "java.util.function",
                        "java.util.random",
                        "java.util.stream",
                        "java.util.zip");
        rule.check(CLASSES);
    }

    @Test
    void touchesNoFilesAndNoNetwork() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..")
                        .or(resideInAnyPackage("java.io")
                                .and(not(assignableTo(java.io.InputStream.class)
                                        .or(assignableTo(java.io.OutputStream.class))
                                        .or(assignableTo(java.io.IOException.class))
                                        .or(assignableTo(java.io.UncheckedIOException.class))))))
                .orShould()
                .dependOnClassesThat(assignableTo(java.io.FileInputStream.class))
                .orShould()
                .dependOnClassesThat(assignableTo(java.io.FileOutputStream.class));
        rule.check(CLASSES);
    }

    @Test
    void hasNoThreads() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat(assignableTo(Thread.class).or(assignableTo(Executor.class)))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.concurrent", "java.util.concurrent.locks");
        rule.check(CLASSES);
    }

    @Test
    void hasNoClock() {
        ArchRule rule = noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .dependOnClassesThat(assignableTo(Instant.class).or(assignableTo(Clock.class)));
        rule.check(CLASSES);
    }

    @Test
    void hasNoRandomnessOfItsOwn() {
        ArchRule rule = noClasses()
                .should()
                .dependOnClassesThat(assignableTo(Random.class).or(assignableTo(ThreadLocalRandom.class)))
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callMethod(java.util.random.RandomGenerator.class, "getDefault")
                .orShould()
                .callMethod(java.util.random.RandomGenerator.class, "of", String.class);
        rule.check(CLASSES);
    }

    @Test
    void theLogDoesNotKnowWhatItReplicates() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("io.holdfast.core.raft..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.core.store..", "io.holdfast.core.partition..");
        rule.check(CLASSES);
    }

    @Test
    void theStoreDoesNotKnowHowItIsReplicated() {
        ArchRule rule = noClasses()
                .that()
                .resideInAPackage("io.holdfast.core.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.holdfast.core.raft..", "io.holdfast.core.partition..");
        rule.check(CLASSES);
    }

    @Test
    void packagesAreFreeOfCycles() {
        ArchRule rule = slices().matching("io.holdfast.core.(*)..").should().beFreeOfCycles();
        rule.check(CLASSES);
    }
}
