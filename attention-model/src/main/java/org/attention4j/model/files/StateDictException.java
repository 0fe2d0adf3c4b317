package org.attention4j.model.files;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.MixerException;

/** A weights file does not have the parameters that a model has. */
public final class StateDictException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> missing;
    private final transient List<String> unexpected;
    private final transient List<String> unfit;

    /**
     * A new exception.
     *
     * @param file the file
     * @param prefix what names begin with
     * @param missing names of parameters that the file has not
     * @param unexpected names in the file that no parameter has
     * @param unfit tensors of another shape or type, with what was expected
     */
    public StateDictException(
            String file, String prefix, List<String> missing, List<String> unexpected, List<String> unfit) {
        super(file + (prefix.isEmpty() ? "" : ", names that begin with '" + prefix + "'") + ": "
                + problems(missing, unexpected, unfit));
        this.missing = List.copyOf(missing);
        this.unexpected = List.copyOf(unexpected);
        this.unfit = List.copyOf(unfit);
    }

    private static String problems(List<String> missing, List<String> unexpected, List<String> unfit) {
        List<String> problems = new ArrayList<>();
        add(problems, "missing", missing);
        add(problems, "unexpected", unexpected);
        add(problems, "unfit", unfit);
        return String.join("; ", problems);
    }

    private static void add(List<String> problems, String what, List<String> names) {
        if (!names.isEmpty()) {
            problems.add(what + " " + names);
        }
    }

    /**
     * Names of parameters that the file has not.
     *
     * @return with the prefix, in the order of the parameters
     */
    public List<String> missing() {
        return missing;
    }

    /**
     * Names in the file that no parameter has.
     *
     * @return with the prefix, in the order of the file
     */
    public List<String> unexpected() {
        return unexpected;
    }

    /**
     * Tensors of another shape, or without floating-point numbers.
     *
     * @return name, type and shape, and what was expected
     */
    public List<String> unfit() {
        return unfit;
    }
}
