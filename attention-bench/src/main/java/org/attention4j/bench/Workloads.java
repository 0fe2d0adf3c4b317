package org.attention4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.SequenceMixer;

/**
 * The workloads of the race, the same as {@code torch_peer.py --list} prints, and how ours are made: mixers come from the
 * registry by id.
 */
public final class Workloads {
    /** What is no mixer. */
    private static final Set<String> OPERATORS = Set.of("gemm", "attention", "decode");

    private static final String VARIANTS = "variants";

    private final Mixers mixers;

    /**
     * Workloads of some mixers.
     *
     * @param mixers the registry
     */
    public Workloads(Mixers mixers) {
        this.mixers = mixers;
    }

    /**
     * The names of all.
     *
     * @return in the order of the table
     */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        add(names, "gemm:", "512:512:512", "1024:1024:1024", "2048:2048:2048", "512:512:64", "1:2048:2048");
        add(names, "attention:", "128", "512", "1024", "2048", "4096", "8192");
        add(
                names,
                "attention:",
                "128:causal",
                "512:causal",
                "1024:causal",
                "2048:causal",
                "4096:causal",
                "8192:causal");
        add(names, "attention-gradient:", "1024", "1024:causal");
        add(names, "decode:", "512", "4096", "32768");
        add(names, "multi-head:", "1", "128", "512", "2048");
        for (String kind : List.of("lstm", "gru", "rnn")) {
            add(names, kind + ":", "1:256", "1:512", "32:256", "32:512");
        }
        for (String kind : List.of("lstm", "gru")) {
            add(names, kind + "-gradient:", "1:256", "32:256");
        }
        for (String kind : List.of("lstm", "gru")) {
            add(names, kind + "-step:", "256", "512");
        }
        add(names, "", "conv:512:3", "conv-gradient:512:3", "depthwise:512:4");
        return List.copyOf(names);
    }

    /**
     * The names of the attention variants, which PyTorch's side does not know.
     *
     * @return in the order of the table
     */
    public static List<String> variants() {
        return VariantWorkload.NAMES;
    }

    /**
     * Whether PyTorch's side knows a workload.
     *
     * @param name its name
     * @return false for attention variants
     * @throws IllegalArgumentException if there is no such workload
     */
    public static boolean raced(String name) {
        return !WorkloadName.parse(name).variant();
    }

    private static void add(List<String> names, String prefix, String... sizes) {
        for (String size : sizes) {
            names.add(prefix + size);
        }
    }

    /**
     * The names that a selection means: each of its words is a name, a kind, or the beginning of a name up to a colon; or {@code variants}.
     *
     * @param selection words; none means all but the variants
     * @return names, those of the list in its order, then others that are written out
     * @throws IllegalArgumentException if a word means nothing
     */
    public static List<String> select(List<String> selection) {
        List<String> all = names();
        if (selection.isEmpty()) {
            return all;
        }
        List<String> chosen = new ArrayList<>();
        for (String name : all) {
            if (selection.stream().anyMatch(word -> name.equals(word) || name.startsWith(word + ":"))) {
                chosen.add(name);
            }
        }
        for (String word : selection) {
            if (word.equals(VARIANTS)) {
                chosen.addAll(variants());
                continue;
            }
            boolean listed = all.stream().anyMatch(name -> name.equals(word) || name.startsWith(word + ":"));
            if (!listed) {
                chosen.add(WorkloadName.parse(word).text());
            }
        }
        return List.copyOf(chosen);
    }

    /**
     * Why a workload cannot be run.
     *
     * @param name its name
     * @return the mixer or capability that is not there yet; empty if it can be run
     * @throws IllegalArgumentException if there is no such workload
     */
    public Optional<String> missing(String name) {
        WorkloadName parsed = WorkloadName.parse(name);
        if (OPERATORS.contains(parsed.base()) || parsed.variant()) {
            return Optional.empty();
        }
        MixerSetup setup = MixerSetup.of(parsed);
        String id = setup.id();
        if (!mixers.ids().contains(id)) {
            return Optional.of("the mixer " + id + " is not there yet");
        }
        MixerSpec spec = mixers.spec(id, setup.config());
        Capability needed = parsed.gradient() ? Capability.DIFFERENTIABLE : Capability.INCREMENTAL;
        return (parsed.gradient() || parsed.step()) && !spec.supports(needed)
                ? Optional.of("the mixer " + id + " is not " + needed.label() + " yet")
                : Optional.empty();
    }

    /**
     * Makes a workload.
     *
     * @param name its name
     * @param threads how many work on it
     * @return the workload, to be closed
     * @throws IllegalArgumentException if there is no such workload
     */
    public Workload create(String name, int threads) {
        WorkloadName parsed = WorkloadName.parse(name);
        if (parsed.base().equals("gemm")) {
            return new ProductWorkload(parsed.size(0), parsed.size(1), parsed.size(2), threads);
        }
        if (parsed.variant()) {
            return new VariantWorkload(parsed, threads);
        }
        if (OPERATORS.contains(parsed.base())) {
            return new AttentionWorkload(parsed, threads);
        }
        MixerSetup setup = MixerSetup.of(parsed);
        SequenceMixer mixer = mixers.create(setup.id(), setup.config(), MixerWorkload.parameters(setup.fan()));
        if (parsed.gradient()) {
            return new GradientWorkload(mixer, setup, threads);
        }
        return parsed.step() ? new StepWorkload(mixer, setup, threads) : new ForwardWorkload(mixer, setup, threads);
    }
}
