// How rows, tables and lists look in every dialog that has them.

const STYLE = `
  /* The dialog opens as wide as its longest line would be; these lines may wrap, so they ask for no width at all. */
  .wk-form-panels,
  .wk-form-outcome {
    width: 0;
    min-width: 100%;
    box-sizing: border-box;
  }
  .wk-form-panels {
    padding-top: 8px;
  }
  .wk-form-tabs .red-ui-tab-label {
    padding-left: 6px;
    font-size: 13px;
  }
  .wk-form-outcome {
    position: sticky;
    bottom: 0;
    margin-top: 10px;
    padding: 6px 8px;
    border-top: 1px solid var(--red-ui-secondary-border-color);
    background: var(--red-ui-secondary-background);
  }
  .wk-form-problems,
  .wk-form-outcome.wk-form-bad {
    color: var(--red-ui-text-color-error);
    overflow-wrap: anywhere;
  }
  .wk-form-item {
    padding: 0 4px;
  }
  .wk-form-item.wk-form-bad {
    box-shadow: inset 3px 0 var(--red-ui-text-color-error);
  }
  #dialog-form .wk-form-flag input {
    width: auto;
    margin: 0;
  }
  .wk-form-buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 8px;
  }
  #dialog-form .wk-form-json {
    width: 100%;
    box-sizing: border-box;
    font-family: monospace;
    font-size: 12px;
  }
  .wk-form-row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    margin-bottom: 8px;
  }
  .wk-form-row > label {
    flex: 0 0 145px;
    margin: 0 5px 0 0;
  }
  .wk-form-cell {
    flex: 1 1 200px;
    display: flex;
    align-items: center;
    flex-wrap: wrap;
    gap: 6px;
  }
  #dialog-form .wk-form-cell > input[type='text'],
  #dialog-form .wk-form-cell > select {
    flex: 1 1 120px;
    width: auto;
    min-width: 0;
    max-width: 100%;
  }
  #dialog-form .wk-form-cell > textarea {
    width: 100%;
    box-sizing: border-box;
  }
  .wk-form-unit:empty {
    display: none;
  }
  #dialog-form .wk-form-cell > input.wk-form-number {
    flex: 0 1 110px;
    width: 110px;
    text-align: right;
  }
  #dialog-form input.wk-form-number {
    text-align: right;
  }
  #dialog-form .wk-form-cell > input.wk-form-date {
    flex: 0 1 150px;
    width: 150px;
  }
  .wk-form-unit,
  .wk-form-hint,
  .wk-form-summary {
    color: var(--red-ui-secondary-text-color);
  }
  .wk-form-hint {
    margin: 4px 0 8px;
  }
  .wk-form-flag {
    display: flex;
    align-items: baseline;
    gap: 6px;
    margin-bottom: 8px;
  }
  #dialog-form .wk-form-flag label {
    width: auto;
    margin: 0;
  }
  .wk-form-table {
    width: 100%;
    margin-bottom: 6px;
  }
  .wk-form-table caption {
    text-align: left;
    font-weight: bold;
  }
  .wk-form-table th {
    text-align: left;
    font-weight: normal;
    color: var(--red-ui-secondary-text-color);
  }
  .wk-form-table td,
  .wk-form-table th {
    padding: 2px 6px 2px 0;
  }
  #dialog-form .wk-form-table input {
    width: 100%;
    box-sizing: border-box;
  }
  .wk-form-table td:last-child {
    width: 1%;
    white-space: nowrap;
  }
  .wk-form-head {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .wk-form-handle {
    cursor: move;
    padding: 6px;
  }
  .wk-form-unfold {
    flex: 1;
    min-width: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 2px 8px;
    align-items: baseline;
    padding: 5px 2px;
    border: 0;
    background: none;
    color: inherit;
    text-align: left;
  }
  .wk-form-unfold span {
    color: var(--red-ui-secondary-text-color);
  }
  .wk-form-summary {
    margin-left: 38px;
  }
  .wk-form-body {
    padding: 8px 4px 4px;
    border-top: 1px solid var(--red-ui-secondary-border-color);
  }
`;

/** Makes the rows of the open dialog look like rows; the style goes with the dialog. */
export function styleDialog(): void {
  $('#dialog-form').prepend($('<style>').text(STYLE));
}
