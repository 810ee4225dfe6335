package io.holdfast.core.partition;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

/** The walls of the pure core (DESIGN 3 and 7): what it must not even be able to do. */
@AnalyzeClasses(packages = "io.holdfast.core", importOptions = ImportOption.DoNotIncludeTests.class)
class CoreArchitectureTest {
    @ArchTest
    static final ArchRule DEPENDS_ON_THE_JDK_AND_PERSISTENT_COLLECTIONS_ALONE = classes()
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

    @ArchTest
    static final ArchRule TOUCHES_NO_FILES_AND_NO_NETWORK = noClasses()
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

    @ArchTest
    static final ArchRule HAS_NO_THREADS = noClasses()
            .should()
            .dependOnClassesThat(assignableTo(Thread.class).or(assignableTo(Executor.class)))
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.util.concurrent", "java.util.concurrent.locks");

    @ArchTest
    static final ArchRule HAS_NO_CLOCK = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat(assignableTo(Instant.class).or(assignableTo(Clock.class)));

    @ArchTest
    static final ArchRule HAS_NO_RANDOMNESS_OF_ITS_OWN = noClasses()
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

    @ArchTest
    static final ArchRule THE_LOG_DOES_NOT_KNOW_WHAT_IT_REPLICATES = noClasses()
            .that()
            .resideInAPackage("io.holdfast.core.raft..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.holdfast.core.store..", "io.holdfast.core.partition..");

    @ArchTest
    static final ArchRule THE_STORE_DOES_NOT_KNOW_HOW_IT_IS_REPLICATED = noClasses()
            .that()
            .resideInAPackage("io.holdfast.core.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.holdfast.core.raft..", "io.holdfast.core.partition..");

    @ArchTest
    static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
            slices().matching("io.holdfast.core.(*)..").should().beFreeOfCycles();
}
